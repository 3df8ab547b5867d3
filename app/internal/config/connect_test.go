package config_test

import "testing"

// TestConnectMayStandBesideTheService takes what two listeners can have.
func TestConnectMayStandBesideTheService(t *testing.T) {
	for _, settings := range [][]string{
		{"CONNECT_ADDRESS=127.0.0.1:8056"},
		{"CONNECT_ADDRESS=[::1]:8055"},
		{"CONNECT_ADDRESS=127.0.0.2:8055"},
		{"CONNECT_ADDRESS=127.0.0.1:0", "PORT=0"},
		{"CONNECT_ADDRESS=[::1]:8055", "HOST=0.0.0.0", "PUBLIC_URL=https://login.example.com", "EMAIL_TRANSPORT=mailbox"},
	} {
		if _, err := load(t, settings...); err != nil {
			t.Errorf("%q: got %v", settings, err)
		}
	}
}
