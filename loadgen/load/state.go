package load

import (
	"fmt"
	"math/rand/v2"
)

// PerUser is a value that each virtual user has for itself and keeps from one iteration to the next: a token, a cart, a
// connection to something else. Declare one where all iterations see it; the zero value is ready for use.
//
//	var carts load.PerUser[Cart]
//
//	cart := carts.Value(vu) // a *Cart
//
// A user that goes on in another scenario takes its values along.
type PerUser[T any] struct {
	// New makes a user's value when the user first asks for it; nil makes T's zero value.
	New func(vu *VU) T
}

// userValue is one user's value of a PerUser.
type userValue struct {
	of    any // the *PerUser
	value any // a pointer to the value
}

// Value is the user's own value. It allocates nothing but the first time.
func (p *PerUser[T]) Value(vu *VU) *T {
	for i := range vu.values {
		if vu.values[i].of == any(p) {
			return vu.values[i].value.(*T)
		}
	}
	value := new(T)
	if p.New != nil {
		*value = p.New(vu)
	}
	vu.values = append(vu.values, userValue{p, value})
	return value
}

// Data is what the test's Setup returned, in iterations and in Teardown: load.Data[Fixture](vu). All users share it. When
// Setup returned something of another type, the iteration fails and the report says so.
func Data[T any](vu *VU) T {
	data, ok := vu.data.(T)
	if !ok {
		panic(failure{fmt.Sprintf("set-up returned a %T, and %T is asked for", vu.data, data)})
	}
	return data
}

// Rand is the user's own source of random numbers. They follow from Test.Seed, the name of the scenario and the user's
// number in it alone: the same test gives each of its users the same numbers each time it runs, whatever other users do. The
// numbers go on from one iteration to the next. Of users that take arrivals, it is chance which takes which.
func (v *VU) Rand() *rand.Rand {
	if v.random == nil {
		v.random = rand.New(&v.source)
		v.seed()
	}
	return v.random
}

// seed begins the user's random numbers in its scenario.
func (v *VU) seed() {
	v.source.Seed(v.run.test.Seed, scenarioHash(v.Scenario)^uint64(v.number)*0x9e3779b97f4a7c15) // users count from 1
}
