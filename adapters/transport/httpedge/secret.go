package httpedge

// Concealed stands for a secret that is there and is never shown.
const Concealed = "**********"

// ConcealedOrNull returns what is shown of a secret: that it is there, and nothing more; nil where
// it is not.
func ConcealedOrNull(there bool) *string {
	if !there {
		return nil
	}
	return new(Concealed)
}
