package load

import (
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/wire"
)

func init() {
	engine.RunOf = func(run any) engine.Run { return inside{run.(*Run)} }
	engine.PlanOf = func(options any) (engine.Plan, error) { return options.(*Options).plan() }
	engine.RequestOf = func(request any) *wire.Request { return &request.(*Request).wire }
	engine.WithTags = func(vu any, tags map[string]string, do func() error) error { return vu.(*VU).withTags(tags, do) }
	engine.ResponseOf = func(response any) *wire.Response { return &response.(*Response).wire }
}

// inside is a run as engine.Run has it.
type inside struct{ run *Run }

func (i inside) Progress() engine.Progress      { return i.run.progress() }
func (i inside) SetupData() any                 { return i.run.fixture.get() }
func (i inside) Resume()                        { i.run.lifecycle.resume() }
func (i inside) Stop(reason engine.StopReason)  { i.run.stop(reason) }
func (i inside) Abort(reason engine.StopReason) { i.run.abort(reason, nil) }
func (i inside) Done() <-chan struct{}          { return i.run.lifecycle.done }
