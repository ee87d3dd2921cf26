package har

import (
	"strings"
	"time"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// steps are all steps: the requests of a page in a group.
func (c *converter) steps(items []*item, pages []page) []script.Step {
	var steps []script.Step
	for first := 0; first < len(items); {
		last := first + 1
		for last < len(items) && items[last].Page == items[first].Page {
			last++
		}
		run := c.batches(items, first, last)
		if name := title(pages, items[first].Page); name != "" {
			run = []script.Step{{Group: name, Requests: run}}
		}
		steps = append(steps, run...)
		first = last
	}
	return steps
}

// maxTitle bounds the name of a group.
const maxTitle = 60

// title is the name of a page's group, "" for no page. What looks like a URL loses its query, which may have secrets in it.
func title(pages []page, id string) string {
	for _, p := range pages {
		if p.ID != id {
			continue
		}
		name := strings.Join(strings.Fields(strings.ToValidUTF8(p.Title, "")), " ")
		if strings.Contains(name, "://") {
			name, _, _ = strings.Cut(name, "?")
		}
		name = strings.ReplaceAll(draft.Unmarked(name), "::", ":")
		if r := []rune(name); len(r) > maxTitle {
			name = string(r[:maxTitle])
		}
		if name == "" {
			name = draft.Unmarked(p.ID)
		}
		return draft.Literal(name)
	}
	return ""
}

// batches are the steps of the items from first to last. Those that began before any of the others had ended are sent at once, unless
// one needs what another gave.
func (c *converter) batches(items []*item, first, last int) []script.Step {
	var steps []script.Step
	for first < last {
		end := items[first].end
		next := first + 1
		for next < last && c.joins(items[next], first, next, end) {
			if items[next].end.Before(end) {
				end = items[next].end
			}
			next++
		}
		step := items[first].step
		if next-first > 1 {
			step = script.Step{}
			for _, it := range items[first:next] {
				step.Batch = append(step.Batch, it.step)
			}
		}
		step.Think = c.pause(items, first, next)
		steps = append(steps, step)
		first = next
	}
	return steps
}

// joins says whether an item is sent at once with those from first to next, of which the first to end ended at end.
func (c *converter) joins(it *item, first, next int, end time.Time) bool {
	for i := first; i < next; i++ {
		if it.needs[i] {
			return false
		}
	}
	return !it.begin.IsZero() && it.begin.Before(end)
}

// pause is the time between the last end of the items from first to next, and the beginning of the next one.
func (c *converter) pause(items []*item, first, next int) script.Think {
	if c.Speed <= 0 || next == len(items) || items[next].begin.IsZero() {
		return ""
	}
	end := items[first].end
	for _, it := range items[first:next] {
		if it.end.After(end) {
			end = it.end
		}
	}
	gap := time.Duration(float64(items[next].begin.Sub(end)) / c.Speed).Round(time.Millisecond)
	if end.IsZero() || gap <= 0 {
		return ""
	}
	return script.ThinkFor(gap)
}
