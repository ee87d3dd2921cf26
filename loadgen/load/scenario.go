package load

import (
	"time"
)

// The executors, by k6's names.
const (
	SharedIterations    = "shared-iterations"
	PerVUIterations     = "per-vu-iterations"
	ConstantVUs         = "constant-vus"
	RampingVUs          = "ramping-vus"
	ConstantArrivalRate = "constant-arrival-rate"
	RampingArrivalRate  = "ramping-arrival-rate"
)

// What an arrival does that finds no free user (Scenario.OnBusy).
const (
	// OnBusyWait starts it late, as soon as a user is free; its wait counts in http_req_response_time.
	OnBusyWait = "wait"
	// OnBusyDrop drops it and counts it in dropped_iterations, as k6 does.
	OnBusyDrop = "drop"
)

// Scenario is one executor with its options, under k6's keys. An option that its executor does not take is an error.
type Scenario struct {
	Executor string `json:"executor"`
	// StartTime is when it starts, after the load's begin; After (ours) names the scenario whose end it waits for first.
	StartTime *Duration `json:"startTime,omitempty"`
	After     string    `json:"after,omitempty"`
	// GracefulStop is how long iterations may go on when the scenario is over (30 s).
	GracefulStop *Duration         `json:"gracefulStop,omitempty"`
	Exec         string            `json:"exec,omitempty"`
	Env          map[string]string `json:"env,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`

	// VUs is the number of users (1), Iterations the number they share, or that each of them does (1), MaxDuration the
	// time they have for it (10 m).
	VUs         *int      `json:"vus,omitempty"`
	Iterations  *int64    `json:"iterations,omitempty"`
	MaxDuration *Duration `json:"maxDuration,omitempty"`

	// Duration is how long the users loop, or arrivals go on.
	Duration *Duration `json:"duration,omitempty"`

	// Stages are the ramp, from StartVUs users (1) or StartRate arrivals per TimeUnit (0).
	StartVUs  *int    `json:"startVUs,omitempty"`
	StartRate *int64  `json:"startRate,omitempty"`
	Stages    []Stage `json:"stages,omitempty"`
	// GracefulRampDown is how long the iteration of a user that is ramped down may go on (30 s).
	GracefulRampDown *Duration `json:"gracefulRampDown,omitempty"`

	// Rate is arrivals per TimeUnit (1 s), done by PreAllocatedVUs users and up to MaxVUs when those are busy.
	Rate            *int64    `json:"rate,omitempty"`
	TimeUnit        *Duration `json:"timeUnit,omitempty"`
	PreAllocatedVUs *int      `json:"preAllocatedVUs,omitempty"`
	MaxVUs          *int      `json:"maxVUs,omitempty"`
	// OnBusy (ours) is OnBusyWait or OnBusyDrop.
	OnBusy string `json:"onBusy,omitempty"`
	// MaxCatchUpRate (ours) is how many arrivals per TimeUnit may begin while late ones catch up after a stall. Without it
	// they begin as fast as users become free.
	MaxCatchUpRate *int64 `json:"maxCatchUpRate,omitempty"`
}

// The defaults of k6.
const (
	defaultGracefulStop = 30 * time.Second
	defaultMaxDuration  = 10 * time.Minute
	minDuration         = time.Second
)
