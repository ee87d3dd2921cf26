package settings

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
)

func loadFlags() []option {
	return []option{
		{name: "vus", short: "u", env: "K6_VUS", form: "N", about: "virtual users (1)",
			set: optional(integer, func(s *Settings) **int { return &s.layer.VUs })},
		{name: "duration", short: "d", env: "K6_DURATION", form: "TIME", about: "how long the users loop, or the rate goes on",
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.Duration })},
		{name: "iterations", short: "i", env: "K6_ITERATIONS", form: "N", about: "iterations that the users share",
			set: optional(integer64, func(s *Settings) **int64 { return &s.layer.Iterations })},
		{name: "stage", short: "s", env: "K6_STAGES", form: "TIME:N", about: "ramp to N users, or with -rate to N iterations, within TIME; repeatable",
			many: true, set: stage},
		{name: "rate", form: "N", about: "begin N iterations per -time-unit, however long they take; with -stage, the rate to start from",
			set: optional(integer64, func(s *Settings) **int64 { return &s.layer.Rate })},
		{name: "time-unit", form: "TIME", about: "what -rate counts per (1s)",
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.TimeUnit })},
		{name: "pre-allocated-vus", form: "N", about: "users ready when a rate starts (a tenth of a second's arrivals)",
			set: optional(integer, func(s *Settings) **int { return &s.layer.PreAllocatedVUs })},
		{name: "max-vus", form: "N", about: "users that a rate may grow to (ten seconds' arrivals)",
			set: optional(integer, func(s *Settings) **int { return &s.layer.MaxVUs })},
		{name: "arrivals", form: "even|poisson", about: "how the iterations of a rate are spread: evenly, or by chance as those of people who know nothing of each other",
			set: optional(oneOf(load.ArrivalsEven, load.ArrivalsPoisson), func(s *Settings) **string { return &s.layer.Arrivals })},
		{name: "on-busy", form: "wait|drop", about: "an arrival that finds no free user waits for one, and its wait counts; or is dropped, as in k6",
			set: optional(oneOf(load.OnBusyWait, load.OnBusyDrop), func(s *Settings) **string { return &s.layer.OnBusy })},
		{name: "max-catch-up-rate", form: "N", about: "begin at most N iterations per -time-unit also when late ones have to catch up (as fast as users are free)",
			set: optional(integer64, func(s *Settings) **int64 { return &s.layer.MaxCatchUpRate })},
		{name: "think", form: "TIME", about: "pause of a user after each request (0)", request: true, set: think},
		{name: "warmup", form: "TIME", about: "leave the first TIME out of every number",
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.Warmup })},
		{name: "seed", env: "K6_SEED", form: "N", about: "what random numbers and -arrivals poisson follow from, so that a run can be made again (drawn, and printed)", loadgen: true,
			set: optional(natural, func(s *Settings) **uint64 { return &s.Seed })},
		{name: "seed", env: "K6_SEED", form: "N", about: "what random numbers and -arrivals poisson follow from (the test's own)", test: true,
			set: optional(natural, func(s *Settings) **uint64 { return &s.Seed })},
		{name: "rps", env: "K6_RPS", form: "N", about: "at most N requests per second of all users together",
			set: optional(integer64, func(s *Settings) **int64 { return &s.layer.RPS })},
		{name: "min-iteration-duration", env: "K6_MIN_ITERATION_DURATION", form: "TIME", about: "pause after an iteration that was shorter than TIME",
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.MinIterationDuration })},
		{name: "throw", short: "w", env: "K6_THROW", about: "a request without a response ends its iteration as failed",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.Throw })},
		{name: "no-setup", env: "K6_NO_SETUP", about: "leave the test's set-up out", test: true,
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.NoSetup })},
		{name: "no-teardown", env: "K6_NO_TEARDOWN", about: "leave the test's tear-down out", test: true,
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.NoTeardown })},
		{name: "setup-timeout", env: "K6_SETUP_TIMEOUT", form: "TIME", about: "of the test's set-up (1m)", test: true,
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.SetupTimeout })},
		{name: "teardown-timeout", env: "K6_TEARDOWN_TIMEOUT", form: "TIME", about: "of the test's tear-down (1m)", test: true,
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.TeardownTimeout })},
		{name: "paused", short: "p", env: "K6_PAUSED", about: "wait for the REST API to begin; goes with -address",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.Paused })},
	}
}

func stage(s *Settings, v string) error {
	leg, err := parseStage(v)
	if err == nil {
		s.layer.Stages = append(s.layer.Stages, leg)
	}
	return err
}

// parseStage reads k6's short form of a stage, "10s:20": within 10 s to 20.
func parseStage(v string) (load.Stage, error) {
	bad := errors.New("want TIME:N, such as 10s:20")
	length, target, _ := strings.Cut(v, ":")
	var leg load.Stage
	if leg.Duration.Set(length) != nil || leg.Duration < 0 {
		return load.Stage{}, bad
	}
	var err error
	if leg.Target, err = strconv.ParseInt(target, 10, 64); err != nil || leg.Target < 0 {
		return load.Stage{}, bad
	}
	return leg, nil
}

func think(s *Settings, v string) error {
	d, err := duration(v)
	if err != nil || d < 0 {
		return errors.New("want a time with its unit, such as 1s or 200ms")
	}
	s.think = new(time.Duration(d))
	return nil
}
