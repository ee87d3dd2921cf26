package load

import (
	"math"
	"math/big"
	"math/bits"
	"sort"
	"time"

	"example.com/foobar/loadgen/internal/numbers"
)

// schedule says when the arrivals of an arrival-rate executor are due, one after the other. It is arithmetic only: it has no
// clock.
type schedule interface {
	// next goes on to the next arrival: when it is due, after the scenario's start, and its gap, which is how many arrivals the
	// rate makes on average between the one before and this one. ok is false when there are no more.
	next() (due time.Duration, gap float64, ok bool)
	// dueBefore counts the arrivals after the one that next returned last that are due before an instant.
	dueBefore(instant time.Duration) int64
	// duration is the time over which they are spread.
	duration() time.Duration
	// perSecond is the rate at an instant, in arrivals a second.
	perSecond(t time.Duration) float64
}

// curve is a rate over time, and the instants at which the area under it comes to so many arrivals.
type curve interface {
	// due is when arrival n of even ones is due, counted from 0, after the scenario's start: the first nanosecond at which
	// the area has come to n (constant rate) or n+1 (ramp). n is less than total, which is their number.
	due(n int64) time.Duration
	total() int64
	// area is the whole area under the rate, in arrivals; reach is when that up to an instant has come to a part of it.
	area() float64
	reach(area float64) time.Duration

	duration() time.Duration
	perSecond(t time.Duration) float64
}

// even are arrivals with the same area between them.
type even struct {
	curve
	count int64 // those that next returned
}

func (e *even) next() (due time.Duration, gap float64, ok bool) {
	if e.count == e.total() {
		return 0, 0, false
	}
	e.count++
	return e.due(e.count - 1), 1, true
}

func (e *even) dueBefore(instant time.Duration) int64 {
	return int64(sort.Search(int(e.total()-e.count), func(i int) bool { return e.due(e.count+int64(i)) >= instant }))
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

func (c constantRate) area() float64 { return float64(c.length) / float64(c.unit) * float64(c.rate) }

func (c constantRate) reach(area float64) time.Duration {
	return time.Duration(math.Ceil(area * float64(c.unit) / float64(c.rate)))
}

func (c constantRate) duration() time.Duration { return c.length }

func (c constantRate) perSecond(time.Duration) float64 { return perSecond(c.rate, c.unit) }

// perSecond is a rate per unit as one per second.
func perSecond(rate int64, unit time.Duration) float64 {
	return numbers.PerSecond(float64(rate), unit)
}

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
			return r.legs[i].start + r.legs[i].reach(k, 0, 2*float64(r.unit))
		}
	}
	return r.length
}

func (r *rampingRate) area() float64 {
	if len(r.legs) == 0 {
		return 0
	}
	last := &r.legs[len(r.legs)-1]
	return last.areaAfter(2 * float64(r.unit))
}

func (r *rampingRate) reach(area float64) time.Duration {
	whole, part := math.Modf(area)
	unit2 := 2 * float64(r.unit)
	for i := range r.legs {
		if area <= r.legs[i].areaAfter(unit2) {
			return r.legs[i].start + r.legs[i].reach(int64(whole), part, unit2)
		}
	}
	return r.length
}

// areaAfter is the area up to the end of the leg, in arrivals.
func (l *leg) areaAfter(unit2 float64) float64 { return float64(l.doneAfter) + l.restAfter/unit2 }

// reach solves the area for x: when it has come to k and part of one more, after the leg's start. It starts from the end of
// the leg where the rate is lower, so that nothing is lost to rounding where the line meets 0.
func (l *leg) reach(k int64, part, unit2 float64) time.Duration {
	low, high, length := float64(l.from), float64(l.to), float64(l.length)
	if l.from <= l.to {
		area := unit2*(float64(k-l.done)+part) - l.rest
		if area <= 0 {
			return 0
		}
		x := area / (low + math.Sqrt(low*low+(high-low)*area/length))
		return time.Duration(math.Ceil(min(x, length)))
	}
	low, high = high, low
	area := unit2*(float64(l.doneAfter-k)-part) + l.restAfter
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
