package command

// The exit codes of the command itself; load.Result has those of a test that ran. Up to 110 and 255 they are k6's with k6's
// causes. "go run" turns every one of them but 0 into 1.
const (
	exitOK             = 0
	exitInvalidConfig  = 104 // an option, a variable or the configuration file can't be used
	exitInterrupted    = 105 // Ctrl-C or SIGTERM before the load began
	exitCannotStartAPI = 106 // the REST API can't listen on -address
	exitPanicked       = 109 // a bug
	exitRegression     = 117 // worse than a baseline by more than -max-regression allows
	exitLeftOut        = 118 // convert left something out
	exitTargetFailed   = 119 // foo and bar could not be built or started
	exitOutputFailed   = 124 // the report or a summary file can't be written
	exitCannotParse    = 255 // the command line can't be read: unknown flag, bad value
)

// exitTable is what -h says of the codes.
const exitTable = `Exit codes (k6's, but for 117 to 124):
    0  finished                                    106  the REST API can't listen on -address
   99  a threshold failed                          107  set-up or tear-down failed
  100  set-up timed out                            108  the test aborted itself
  101  tear-down timed out                         109  a bug: the command panicked
  103  stopped over the REST API                   110  the test marked itself as failed
  104  invalid options, variables or config file   117  worse than -max-regression allows
  105  interrupted (Ctrl-C, SIGTERM)               118  convert left something out
  119  the target could not be started             255  unknown flag or unreadable value
  Where k6 says 0:
  120  no request got a response, or nothing was   122  the rate was missed by more than 1 %
       measured                                    123  a check never passed
  121  every iteration failed                      124  the report or a summary file can't be written
  -k6-exit-codes makes 0 of 120 to 123. "go run" turns every code but 0 into 1: scripts build the binary first.`

// codedError is an error that ends the command with an exit code.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }
