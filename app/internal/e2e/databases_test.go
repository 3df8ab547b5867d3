package e2e

// sharedKeys are the keys that instances on one database server have in common. They make none
// themselves there.
func sharedKeys() []string {
	return []string{
		"SECRET=EgFyMHcBrUq3Zr5vI0ob7wiXhcvUGdm6",
		"DATA_KEY=aWq9oZb2hA4tVYk1jLr8sNc5xTfu3Pe0",
	}
}
