package measure

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// maxScrape bounds a page of metrics.
const maxScrape = 32 << 20

// client asks admin listeners. It keeps no connection, so that none is counted as the service's work later.
var client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}

// scrape is a page of metrics, by name.
type scrape map[string]*dto.MetricFamily

func scrapeFrom(ctx context.Context, url string) (scrape, error) {
	body, err := ask(ctx, http.MethodGet, url)
	if err != nil {
		return nil, fmt.Errorf("reading metrics: %w", err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("reading metrics of %s: %w", url, err)
	}
	return families, nil
}

// ask makes a request of an admin listener and returns what it answers; any status but 2xx is an error.
func ask(ctx context.Context, method, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxScrape))
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", method, url, err)
	}
	if response.StatusCode/100 != 2 {
		return string(body), fmt.Errorf("%s %s: %s", method, url, response.Status)
	}
	return string(body), nil
}

// sum adds up all series of the first of names that is there, with the given labels; false when none is.
func (s scrape) sum(labels map[string]string, names ...string) (float64, bool) {
	for _, name := range names {
		for _, suffix := range []string{"", "_total"} {
			if f := s[name+suffix]; f != nil {
				return sumFamily(f, labels), true
			}
		}
	}
	return 0, false
}

// sumFamily adds up the series that have the given labels.
func sumFamily(f *dto.MetricFamily, labels map[string]string) float64 {
	var sum float64
	for _, m := range f.Metric {
		if !hasLabels(m, labels) {
			continue
		}
		switch {
		case m.Counter != nil:
			sum += m.Counter.GetValue()
		case m.Gauge != nil:
			sum += m.Gauge.GetValue()
		case m.Untyped != nil:
			sum += m.Untyped.GetValue()
		case m.Summary != nil:
			sum += float64(m.Summary.GetSampleCount())
		}
	}
	return sum
}

func hasLabels(m *dto.Metric, labels map[string]string) bool {
	for key, want := range labels {
		found := false
		for _, l := range m.Label {
			found = found || l.GetName() == key && l.GetValue() == want
		}
		if !found {
			return false
		}
	}
	return true
}

// sumBy adds up a counter by one label's values.
func (s scrape) sumBy(label, name string) map[string]float64 {
	out := map[string]float64{}
	for _, suffix := range []string{"", "_total"} {
		if f := s[name+suffix]; f != nil {
			for _, m := range f.Metric {
				for _, l := range m.Label {
					if l.GetName() == label {
						out[l.GetValue()] += m.GetCounter().GetValue()
					}
				}
			}
		}
	}
	return out
}
