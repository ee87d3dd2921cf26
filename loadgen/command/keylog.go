package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// keyLogVariable names the file that TLS session secrets are added to, in the format that Wireshark reads; the variable is
// that of browsers and curl.
const keyLogVariable = "SSLKEYLOGFILE"

// openKeyLog opens that file and says so, because whoever reads it can read the traffic; nil without the variable.
func (s *session) openKeyLog() (*os.File, error) {
	path := s.settings.Getenv(keyLogVariable)
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, &codedError{exitOutputFailed, fmt.Errorf("%s=%s can't be written: %w; name another file, or unset it", keyLogVariable, path, err)}
	}
	s.screen.warn("warning: the secrets of all TLS sessions are written to " + strings.ToValidUTF8(path, "?") + " (" + keyLogVariable +
		"): whoever can read that file can read the traffic of this test")
	return file, nil
}
