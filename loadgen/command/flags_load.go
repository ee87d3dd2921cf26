package command

import (
	"errors"

	"example.com/foobar/loadgen/load"
)

func loadFlags() []setting {
	return []setting{
		{name: "vus", short: "u", env: "K6_VUS", form: "N", about: "virtual users (1; the embedded target gets 5)",
			set: integer(func(o *options) **int { return &o.layer.VUs })},
		{name: "duration", short: "d", env: "K6_DURATION", form: "TIME", about: "how long the users loop, or the rate goes on (the embedded target: 30s)",
			set: duration(func(o *options) **load.Duration { return &o.layer.Duration })},
		{name: "iterations", short: "i", env: "K6_ITERATIONS", form: "N", about: "iterations that the users share",
			set: integer64(func(o *options) **int64 { return &o.layer.Iterations })},
		{name: "stage", short: "s", env: "K6_STAGES", form: "TIME:N", about: "ramp to N users, or with -rate to N iterations, within TIME; repeatable",
			many: true, set: stage},
		{name: "rate", form: "N", about: "begin N iterations per -time-unit, however long they take; with -stage, the rate to start from",
			set: integer64(func(o *options) **int64 { return &o.layer.Rate })},
		{name: "time-unit", form: "TIME", about: "what -rate counts per (1s)",
			set: duration(func(o *options) **load.Duration { return &o.layer.TimeUnit })},
		{name: "pre-allocated-vus", form: "N", about: "users ready when a rate starts (a tenth of a second's arrivals)",
			set: integer(func(o *options) **int { return &o.layer.PreAllocatedVUs })},
		{name: "max-vus", form: "N", about: "users that a rate may grow to (ten seconds' arrivals)",
			set: integer(func(o *options) **int { return &o.layer.MaxVUs })},
		{name: "on-busy", form: "wait|drop", about: "an arrival that finds no free user waits for one, and its wait counts; or is dropped, as in k6",
			set: oneOf(func(o *options) **string { return &o.layer.OnBusy }, load.OnBusyWait, load.OnBusyDrop)},
		{name: "max-catch-up-rate", form: "N", about: "begin at most N iterations per -time-unit also when late ones have to catch up (as fast as users are free)",
			set: integer64(func(o *options) **int64 { return &o.layer.MaxCatchUpRate })},
		{name: "think", form: "TIME", about: "pause of a user after each request (0; the embedded target: 1s, with -rate 0)", request: true, set: think},
		{name: "warmup", form: "TIME", about: "leave the first TIME out of every number",
			set: duration(func(o *options) **load.Duration { return &o.layer.Warmup })},
		{name: "rps", env: "K6_RPS", form: "N", about: "at most N requests per second of all users together",
			set: integer64(func(o *options) **int64 { return &o.layer.RPS })},
		{name: "min-iteration-duration", env: "K6_MIN_ITERATION_DURATION", form: "TIME", about: "pause after an iteration that was shorter than TIME",
			set: duration(func(o *options) **load.Duration { return &o.layer.MinIterationDuration })},
		{name: "throw", short: "w", env: "K6_THROW", about: "a request without a response ends its iteration as failed",
			set: boolean(func(o *options) **bool { return &o.layer.Throw })},
		{name: "paused", short: "p", env: "K6_PAUSED", about: "wait for the REST API to begin; goes with -address",
			set: boolean(func(o *options) **bool { return &o.layer.Paused })},
	}
}

func stage(o *options, v string) error {
	s, err := load.ParseStage(v)
	if err != nil {
		return errors.New("want TIME:N, such as 10s:20")
	}
	o.layer.Stages = append(o.layer.Stages, s)
	return nil
}
