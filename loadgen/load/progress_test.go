package load

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

func TestFixedWidth(t *testing.T) {
	for _, tt := range []struct {
		d, most time.Duration
		want    string
	}{
		{time.Second, 2 * time.Second, "1.0s"},
		{time.Second, 30 * time.Second, "01.0s"},
		{1040 * time.Millisecond, time.Minute, "0m01.0s"},
		{time.Second, 10*time.Minute + 30*time.Second, "00m01.0s"},
		{500 * time.Millisecond, 10 * time.Minute, "00m00.5s"},
		{61 * time.Second, 2 * time.Hour, "0h01m01.0s"},
		{59960 * time.Millisecond, time.Hour, "0h01m00.0s"},
		{90 * time.Minute, 26 * time.Hour, "01h30m00.0s"},
	} {
		if got := fixedWidth(tt.d, tt.most); got != tt.want {
			t.Errorf("%v of %v: got %q, want %q", tt.d, tt.most, got, tt.want)
		}
	}
}

func TestProgress(t *testing.T) {
	stages := []Stage{{Duration(time.Second), 5}, {Duration(time.Second), 0}}
	synctest.Test(t, func(t *testing.T) {
		r := MustStart(t, &Test{Exec: sleeps(990 * time.Millisecond / 10), Options: Options{Scenarios: map[string]Scenario{
			"a_cvus":   {Executor: ConstantVUs, VUs: new(2), Duration: For(2 * time.Second)},
			"b_rvus":   {Executor: RampingVUs, Stages: stages},
			"c_shared": {Executor: SharedIterations, VUs: new(2), Iterations: new(int64(40)), MaxDuration: For(5 * time.Second)},
			"d_pervu":  {Executor: PerVUIterations, VUs: new(2), Iterations: new(int64(30)), MaxDuration: For(2 * time.Second)},
			"e_car":    {Executor: ConstantArrivalRate, Rate: new(int64(20)), Duration: For(2 * time.Second), PreAllocatedVUs: new(5)},
			"f_wait":   {Executor: ConstantVUs, StartTime: For(2 * time.Second), Duration: For(time.Second)},
			"g_after":  {Executor: PerVUIterations, After: "f_wait"},
		}}})
		time.Sleep(1030 * time.Millisecond)
		synctest.Wait()
		p := r.progress()
		want := []engine.ScenarioProgress{
			{Name: "a_cvus", Status: "running", Fraction: 0.515, VUs: "2 VUs", Time: "1.0s/2s"},
			{Name: "b_rvus", Status: "running", Fraction: 0.515, VUs: "5/5 VUs", Time: "1.0s/2s"},
			{Name: "c_shared", Status: "running", Fraction: 0.5, VUs: "2 VUs", Time: "1.0s/5s", Extra: "20/40 shared iters"},
			{Name: "d_pervu", Status: "running", Fraction: 20.0 / 60, VUs: "2 VUs", Time: "1.0s/2s", Extra: "20/60 iters, 30 per VU"},
			{Name: "e_car", Status: "running", Fraction: 0.515, VUs: "2/5 VUs", Time: "1.0s/2s", Extra: "20.00 iters/s"},
			{Name: "f_wait", Status: "waiting", Fraction: 0, VUs: "waiting", Time: "1.0s"},
			{Name: "g_after", Status: "waiting", Fraction: 0, VUs: "waiting", Time: "for f_wait"},
		}
		for i, got := range p.Scenarios {
			if want[i].Description = got.Description; got != want[i] || got.Description == "" {
				t.Errorf("got  %+v\nwant %+v", got, want[i])
			}
		}
		if p.State != "running" || p.VUs != 2+5+2+2+2 || p.MaxVUs < p.VUs || p.Time != "00m01.0s" || p.Complete == 0 || p.Interrupted != 0 {
			t.Errorf("got %+v", p)
		}
		r.Wait()
		done := r.progress()
		for i, want := range []string{"2s", "2s", "2.0s/5s", "2s", "2s", "1s", "00m00.1s/10m0s"} {
			if got := done.Scenarios[i]; got.Time != want || got.Status != "done" || got.Fraction != 1 {
				t.Errorf("%s: got %+v, want done at %s", got.Name, got, want)
			}
		}
		if done.State != "ended" || done.VUs != 0 {
			t.Errorf("got %+v, want ended", done)
		}
	})
}
