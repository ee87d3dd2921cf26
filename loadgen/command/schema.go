package command

import (
	"errors"

	"example.com/foobar/loadgen/settings"
)

// schema prints the JSON Schema of a file.
func (s *session) schema(args []string) int {
	if len(args) > 0 {
		return s.complain(&settings.UsageError{Err: errors.New("schema takes no arguments: write " + s.program.Name + " schema >" + schemaFile)})
	}
	text, err := s.program.Schema()
	if err != nil {
		return s.complain(err)
	}
	if _, err := s.stdout.Write(text); err != nil {
		return s.complain(&codedError{exitOutputFailed, err})
	}
	return exitOK
}

// schemaFile is what the schema is called beside the files that name it.
const schemaFile = "loadgen.schema.json"
