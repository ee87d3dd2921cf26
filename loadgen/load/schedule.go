package load

import (
	"math"
	"math/big"
	"math/bits"
	"time"
)

// schedule is when the arrivals of an arrival-rate executor are due. It is arithmetic only: no clock, no state.
type schedule interface {
	// due is when arrival n is due, counted from 0, after the scenario's start: the first nanosecond at which the integral
	// of the rate has come to n (constant rate) or n+1 (ramp). n is less than total.
	due(n int64) time.Duration
	// total is the number of arrivals, and duration the time they are spread over.
	total() int64
	duration() time.Duration
	// perSecond is the rate at an instant, in arrivals a second.
	perSecond(t time.Duration) float64
}

// constantRate is rate arrivals per unit for as long as length. As in k6 the first is due at 0, so that
// ceil(length x rate / unit) are due before the end: n of them by the instant n x unit / rate, with no sum that drifts.
type constantRate struct {
	rate         int64
	unit, length time.Duration
}

func (c constantRate) due(n int64) time.Duration {
	return time.Duration(mulDivCeil(uint64(n), uint64(c.unit), uint64(c.rate)))
}

func (c constantRate) total() int64 {
	return int64(min(mulDivCeil(uint64(c.length), uint64(c.rate), uint64(c.unit)), math.MaxInt64))
}

func (c constantRate) duration() time.Duration { return c.length }

func (c constantRate) perSecond(time.Duration) float64 { return perSecond(c.rate, c.unit) }

// perSecond is a rate per unit as one per second.
func perSecond(rate int64, unit time.Duration) float64 { return float64(rate) / unit.Seconds() }

// mulDivCeil is ceil(a x b / c) without overflow on the way; a result past 64 bits is the largest number.
func mulDivCeil(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return math.MaxUint64
	}
	q, r := bits.Div64(hi, lo, c)
	if r > 0 && q < math.MaxUint64 {
		q++
	}
	return q
}

// leg is one stage of a rampingRate:
//
//	rate  to |        .'|        done arrivals were due before it, and rest/2unit of one more;
//	         |     .'   |        doneAfter and restAfter say the same of its end.
//	    from |  .'      |        The area under the line up to x, in arrivals, is
//	         |__|_______|__ t      (2 from x + (to-from) x²/length) / 2unit
//	         start    +length
type leg struct {
	start, length   time.Duration
	from, to        int64
	done, doneAfter int64
	rest, restAfter float64
}

// rampingRate moves the rate in lines from target to target. Arrival n (from 0) is due when the area under the rate is
// n+1: none at 0, and floor(area) in all, whatever fractions the stages leave.
type rampingRate struct {
	unit   time.Duration
	legs   []leg
	length time.Duration
	count  int64
}

// newRampingRate adds up the areas of the stages exactly, once.
func newRampingRate(startRate int64, unit time.Duration, stages []Stage) *rampingRate {
	r := &rampingRate{unit: unit}
	unit2 := new(big.Int).Lsh(big.NewInt(int64(unit)), 1)
	area, from := new(big.Int), startRate
	var done int64
	var rest float64
	for _, s := range stages {
		d := time.Duration(s.Duration)
		if d > 0 {
			trapezium := new(big.Int).Add(big.NewInt(from), big.NewInt(s.Target))
			area.Add(area, trapezium.Mul(trapezium, big.NewInt(int64(d))))
			l := leg{start: r.length, length: d, from: from, to: s.Target, done: done, rest: rest}
			done, rest = wholeAndRest(area, unit2)
			l.doneAfter, l.restAfter = done, rest
			r.legs = append(r.legs, l)
			r.length += d
		}
		from = s.Target
	}
	r.count = done
	return r
}

// wholeAndRest is a / b and a mod b.
func wholeAndRest(a, b *big.Int) (whole int64, rest float64) {
	q, m := new(big.Int).QuoRem(a, b, new(big.Int))
	if !q.IsInt64() {
		return math.MaxInt64, 0
	}
	rest, _ = new(big.Float).SetInt(m).Float64()
	return q.Int64(), rest
}

func (r *rampingRate) due(n int64) time.Duration {
	k := n + 1
	for i := range r.legs {
		if k <= r.legs[i].doneAfter {
			return r.legs[i].start + r.legs[i].reach(k, 2*float64(r.unit))
		}
	}
	return r.length
}

// reach solves the area for x: when arrival k is due, after the leg's start. It starts from the end of the leg where the
// rate is lower, so that nothing is lost to rounding where the line meets 0.
func (l *leg) reach(k int64, unit2 float64) time.Duration {
	low, high, length := float64(l.from), float64(l.to), float64(l.length)
	if l.from <= l.to {
		area := unit2*float64(k-l.done) - l.rest
		x := area / (low + math.Sqrt(low*low+(high-low)*area/length))
		return time.Duration(math.Ceil(min(x, length)))
	}
	low, high = high, low
	area := unit2*float64(l.doneAfter-k) + l.restAfter
	if area <= 0 {
		return l.length
	}
	x := area / (low + math.Sqrt(low*low+(high-low)*area/length))
	return l.length - time.Duration(math.Floor(min(x, length)))
}

func (r *rampingRate) total() int64            { return r.count }
func (r *rampingRate) duration() time.Duration { return r.length }

func (r *rampingRate) perSecond(t time.Duration) float64 {
	for i := range r.legs {
		l := &r.legs[i]
		if t < l.start+l.length {
			share := float64(t-l.start) / float64(l.length)
			return (float64(l.from) + share*float64(l.to-l.from)) / r.unit.Seconds()
		}
	}
	return 0
}
