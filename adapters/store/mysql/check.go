package mysql

// Check returns what Open would refuse of c before it connects, and nil where there is
// nothing. It calls nobody, and its error repeats no value.
func (c Config) Check() error {
	complete, err := c.complete()
	if err == nil {
		_, err = complete.connector(complete.Timeout)
	}
	return err
}
