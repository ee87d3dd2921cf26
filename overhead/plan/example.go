package plan

import _ "embed"

// Example is a commented plan that 'overhead init' writes.
//
//go:embed example.yaml
var Example []byte
