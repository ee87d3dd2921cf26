package record

import (
	"fmt"
	"math"
	"reflect"

	"example.com/foobar/overhead/plan"
)

// What a record may hold at most. Sums over all of its runs stay within what numbers can hold.
const (
	maxRound  = plan.MostRounds
	maxCores  = 1 << 20
	maxText   = 64 << 10
	maxList   = 1 << 20
	maxNumber = 1e15
)

// validate reports the first thing in an experiment that no run of this program has written.
func (e *Experiment) validate() error {
	if err := e.Plan.Validate(); err != nil {
		return fmt.Errorf("the plan: %w", err)
	}
	if e.Environment.Cores < 0 || e.Environment.Cores > maxCores {
		return fmt.Errorf("cores: %d is no number of them", e.Environment.Cores)
	}
	return bounded(reflect.ValueOf(*e), "experiment")
}

// validate reports the first thing in a run that doesn't belong to the plan, or that no run can have.
func (r *Run) validate(p *plan.Plan) error {
	switch {
	case r.Round < 1 || r.Round > maxRound:
		return fmt.Errorf("round: %d: rounds are from 1 to %d", r.Round, maxRound)
	case r.Attempt < 1 || r.Attempt > maxRound:
		return fmt.Errorf("attempt: %d: attempts are from 1 to %d", r.Attempt, maxRound)
	case r.Position < 1 || r.Position > len(p.Cases):
		return fmt.Errorf("position: %d: the plan has %d cases", r.Position, len(p.Cases))
	case p.Case(r.Case) == nil:
		return fmt.Errorf("case: the plan has no %q", r.Case)
	}
	for name := range r.Processes {
		if name != Generator && p.Service(name) == nil {
			return fmt.Errorf("processes: the plan has no service %q", name)
		}
	}
	for _, a := range r.Ledger.Services {
		if p.Service(a.Service) == nil {
			return fmt.Errorf("ledger: the plan has no service %q", a.Service)
		}
	}
	for _, d := range []Distribution{r.Load.Response, r.Load.Duration} {
		if n := len(d.Curve); n != 0 && n != len(CurveQuantiles) {
			return fmt.Errorf("load: a curve of %d points, want %d", n, len(CurveQuantiles))
		}
	}
	return bounded(reflect.ValueOf(*r), "run")
}

// bounded reports the first number, text or list below v that is larger than an experiment's are. Seeds are any number.
func bounded(v reflect.Value, at string) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return bounded(v.Elem(), at)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Seed" {
				if err := bounded(v.Field(i), at+"."+f.Name); err != nil {
					return err
				}
			}
		}
	case reflect.Slice, reflect.Map:
		return boundedAll(v, at)
	case reflect.String:
		if v.Len() > maxText {
			return fmt.Errorf("%s: a text of %d bytes, at most %d", at, v.Len(), maxText)
		}
	default:
		if n, is := number(v); is && !(math.Abs(n) <= maxNumber) {
			return fmt.Errorf("%s: %v is larger than %v", at, n, maxNumber)
		}
	}
	return nil
}

func boundedAll(v reflect.Value, at string) error {
	if v.Len() > maxList {
		return fmt.Errorf("%s: a list of %d, at most %d", at, v.Len(), maxList)
	}
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			if err := bounded(v.Index(i), at); err != nil {
				return err
			}
		}
		return nil
	}
	for _, key := range v.MapKeys() {
		if err := bounded(key, at); err != nil {
			return err
		}
		if err := bounded(v.MapIndex(key), at); err != nil {
			return err
		}
	}
	return nil
}

func number(v reflect.Value) (float64, bool) {
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}
