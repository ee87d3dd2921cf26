package load

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Stage is one leg of a ramp: over its Duration the number of users, or the rate, moves in a line to its Target.
// A Duration of 0 is a jump.
type Stage struct {
	Duration Duration `json:"duration"`
	Target   int64    `json:"target"`
}

// ParseStage reads k6's short form of a stage, "10s:20": within 10 s to 20.
func ParseStage(s string) (Stage, error) {
	left, right, found := strings.Cut(s, ":")
	if !found {
		return Stage{}, fmt.Errorf("%q is no stage: write it as DURATION:TARGET, 10s:20 say", s)
	}
	d, err := ParseDuration(left)
	if err != nil {
		return Stage{}, fmt.Errorf("stage %q: %w", s, err)
	}
	target, err := strconv.ParseInt(right, 10, 64)
	if err != nil || target < 0 || d < 0 {
		return Stage{}, fmt.Errorf("%q is no stage: write it as DURATION:TARGET, 10s:20 say", s)
	}
	return Stage{Duration: Duration(d), Target: target}, nil
}

// ParseStages reads a list of stages, "10s:5,1m:0", the form of K6_STAGES.
func ParseStages(s string) ([]Stage, error) {
	stages := []Stage{}
	for part := range strings.SplitSeq(s, ",") {
		stage, err := ParseStage(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		stages = append(stages, stage)
	}
	return stages, nil
}

// stagesDuration is the length of all stages together.
func stagesDuration(stages []Stage) time.Duration {
	var sum time.Duration
	for _, s := range stages {
		sum += time.Duration(s.Duration)
	}
	return sum
}
