// Command loadgen drives virtual users against HTTP services and reports in k6's terms. It is package command's.
package main

import "example.com/foobar/loadgen/command"

func main() { command.Main(nil) }
