// Package engine is what loadgen's own packages see of a load test besides what its users see in load: how far a run is, why it was
// stopped, what options come to, and what went over the wire. It does nothing itself: load sets its variables when it is initialised.
package engine

import (
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// The insides of load's types. They take a *load.Run, *load.Options, *load.Request, *load.Response or *load.VU and panic at anything else.
var (
	RunOf      func(run any) Run
	PlanOf     func(options any) (Plan, error)
	RequestOf  func(request any) *wire.Request
	ResponseOf func(response any) *wire.Response
	// WithTags has a *load.VU do something whose samples have further tags.
	WithTags func(vu any, tags map[string]string, do func() error) error
)

// Plan says before the start what a test will come to.
type Plan struct {
	// Scenarios are their names and descriptions, in the order of names.
	Scenarios []ScenarioPlan
	// MaxVUs is the most users at once, MaxDuration the longest it can take, graceful stops included.
	MaxVUs      int
	MaxDuration time.Duration
}

// ScenarioPlan is one scenario of a Plan.
type ScenarioPlan struct {
	Name string
	// Description is k6's: "5 looping VUs for 30s (gracefulStop: 30s)".
	Description string
	// Options are those of a file, in JSON, with their defaults; without variables and tags, which are no load and may be secret.
	Options []byte
}

// SystemTags are k6's that we know, all set unless Options.SystemTags says otherwise.
var SystemTags = []string{"proto", "status", "method", "url", "name", "group", "check", "error", "error_code", "tls_version",
	"scenario", "expected_response"}

// IgnoredSystemTags are k6's that mean nothing here.
var IgnoredSystemTags = []string{"subproto", "service", "vu", "iter", "ocsp_status", "ip"}
