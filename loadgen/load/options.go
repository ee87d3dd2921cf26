package load

import (
	"bytes"
	"encoding/json"
	"reflect"
	"time"

	"example.com/foobar/loadgen/file"
)

// Options are k6's, with its names as JSON keys, and a few of ours. Pointers and nil slices mean "not set", so that
// a file, variables and flags can be laid over them.
type Options struct {
	// The shortcuts: they stand for one scenario named "default".
	VUs        *int      `json:"vus,omitempty"`
	Duration   *Duration `json:"duration,omitempty"`
	Iterations *int64    `json:"iterations,omitempty"`
	Stages     []Stage   `json:"stages,omitzero"`
	// Rate (ours) is arrivals per TimeUnit; with Stages, the rate to start from. The other six go with it.
	Rate            *int64    `json:"rate,omitempty"`
	TimeUnit        *Duration `json:"timeUnit,omitempty"`
	PreAllocatedVUs *int      `json:"preAllocatedVUs,omitempty"`
	MaxVUs          *int      `json:"maxVUs,omitempty"`
	Arrivals        *string   `json:"arrivals,omitempty"`
	OnBusy          *string   `json:"onBusy,omitempty"`
	MaxCatchUpRate  *int64    `json:"maxCatchUpRate,omitempty"`

	Scenarios map[string]Scenario `json:"scenarios,omitzero"`

	Thresholds Thresholds        `json:"thresholds,omitzero"`
	Tags       map[string]string `json:"tags,omitzero"`
	SystemTags []string          `json:"systemTags,omitzero"`

	// Paused waits to be resumed over the REST API before the load begins.
	Paused          *bool     `json:"paused,omitempty"`
	NoSetup         *bool     `json:"noSetup,omitempty"`
	NoTeardown      *bool     `json:"noTeardown,omitempty"`
	SetupTimeout    *Duration `json:"setupTimeout,omitempty"`
	TeardownTimeout *Duration `json:"teardownTimeout,omitempty"`
	// Warmup (ours) is how much of the beginning is left out of every metric.
	Warmup *Duration `json:"warmup,omitempty"`
	// RPS bounds the requests per second of the whole test; 0 is no bound.
	RPS                  *int64    `json:"rps,omitempty"`
	MinIterationDuration *Duration `json:"minIterationDuration,omitempty"`
	// Throw ends an iteration at its first request without a response.
	Throw *bool `json:"throw,omitempty"`
	// K6Semantics (ours) judges and counts as k6 does where we differ: a request that never got a connection is a
	// latency of 0, a threshold without samples holds.
	K6Semantics *bool `json:"k6Semantics,omitempty"`

	HTTPOptions

	SummaryTrendStats []string `json:"summaryTrendStats,omitzero"`
	SummaryTimeUnit   *string  `json:"summaryTimeUnit,omitempty"`
	// Sections (ours) keeps every metric for each scenario and group too, for the full summary.
	Sections *bool `json:"sections,omitempty"`
}

// HTTPOptions are those of the requests.
type HTTPOptions struct {
	UserAgent   *string `json:"userAgent,omitempty"`
	HTTPDebug   *string `json:"httpDebug,omitempty"`
	HTTPVersion *string `json:"httpVersion,omitempty"` // ours: "1.1" or "2"
	// Timeout (ours) is of a request that sets none; k6's 60 s by default.
	Timeout      *Duration `json:"timeout,omitempty"`
	MaxRedirects *int      `json:"maxRedirects,omitempty"`
	Batch        *int      `json:"batch,omitempty"`
	BatchPerHost *int      `json:"batchPerHost,omitempty"`

	NoConnectionReuse     *bool `json:"noConnectionReuse,omitempty"`
	NoVUConnectionReuse   *bool `json:"noVUConnectionReuse,omitempty"`
	NoCookiesReset        *bool `json:"noCookiesReset,omitempty"`
	DiscardResponseBodies *bool `json:"discardResponseBodies,omitempty"`

	InsecureSkipTLSVerify *bool       `json:"insecureSkipTLSVerify,omitempty"`
	TLSCipherSuites       []string    `json:"tlsCipherSuites,omitzero"`
	TLSVersion            *TLSVersion `json:"tlsVersion,omitempty"`
	TLSAuth               []TLSAuth   `json:"tlsAuth,omitzero"`
	// TLSCA (ours) is certificate authorities in PEM to trust beside the system's; TLSServerName overrides SNI;
	// TLSResumption keeps sessions.
	TLSCA         *string `json:"tlsCA,omitempty"`
	TLSServerName *string `json:"tlsServerName,omitempty"`
	TLSResumption *bool   `json:"tlsResumption,omitempty"`

	// Hosts gives names addresses: {"host[:port]": "ip[:port]"}.
	Hosts          map[string]string `json:"hosts,omitzero"`
	BlacklistIPs   []string          `json:"blacklistIPs,omitzero"`
	BlockHostnames []string          `json:"blockHostnames,omitzero"`
	DNS            *DNS              `json:"dns,omitempty"`
	LocalIPs       *string           `json:"localIPs,omitempty"`
	// Proxy (ours) is a URL, or "none"; unset, the environment decides. UnixSocket (ours) is dialled whatever the host.
	Proxy      *string `json:"proxy,omitempty"`
	UnixSocket *string `json:"unixSocket,omitempty"`
}

// TLSVersion bounds the versions of TLS: "tls1.2", "tls1.3". In JSON one string stands for both bounds.
type TLSVersion struct {
	Min string `json:"min,omitempty"`
	Max string `json:"max,omitempty"`
}

// UnmarshalJSON reads {"min": "tls1.2", "max": "tls1.3"} or one string.
func (v *TLSVersion) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*v = TLSVersion{Min: one, Max: one}
		return nil
	}
	type bounds TLSVersion
	return strict(b, (*bounds)(v))
}

// UnmarshalNode reads both forms in a file.
func (v *TLSVersion) UnmarshalNode(n *file.Node) error {
	type bounds TLSVersion
	if n.IsMap() {
		return n.Decode((*bounds)(v))
	}
	one, err := n.Text()
	if err != nil {
		return n.Errorf(`want a version such as tls1.2, or {min: tls1.2, max: tls1.3}`)
	}
	*v = TLSVersion{Min: one, Max: one}
	return nil
}

// TLSAuth is a client certificate and its key in PEM, for the domains named, or for all.
type TLSAuth struct {
	Cert     string   `json:"cert"`
	Key      string   `json:"key"`
	Password string   `json:"password,omitempty"`
	Domains  []string `json:"domains,omitzero"`
}

// DNS says how names become addresses; k6's words and defaults (5m, random, preferIPv4).
type DNS struct {
	TTL    string `json:"ttl,omitempty"`
	Select string `json:"select,omitempty"`
	Policy string `json:"policy,omitempty"`
}

// For is a Duration for an option: Options{Duration: load.For(30 * time.Second)}.
func For(d time.Duration) *Duration { return new(Duration(d)) }

// or is what p points at, or def.
func or[T any](p *T, def T) T {
	if p == nil {
		return def
	}
	return *p
}

// ownOptions are those with a duration that k6 does not have.
var ownOptions = []string{"timeUnit", "timeout", "warmup"}

// UnmarshalNode reads options in a file. Keys at the top that are none are left for others; an unknown key further down is a
// *file.UnknownKeyError.
func (o *Options) UnmarshalNode(n *file.Node) error {
	type options Options // without this method
	for _, key := range ownOptions {
		n.Get(key).NotK6()
	}
	var read options
	err := n.Only(file.Keys(reflect.TypeFor[options]())).Decode(&read)
	*o = Options(read).withoutDerived()
	return err
}

// withoutDerived is o without the scenario that its shortcuts stand for: "k6 inspect" prints it beside them.
func (o Options) withoutDerived() Options {
	printed, found := o.Scenarios[defaultScenario]
	if !found || len(o.Scenarios) > 1 || o.Duration == nil && o.Iterations == nil && o.Stages == nil {
		return o
	}
	short := o
	short.Scenarios = nil
	if meant, ok := short.shortcut(&OptionErrors{}); ok && reflect.DeepEqual(printed.withDefaults(), meant.withDefaults()) {
		return short
	}
	return o
}

// strict decodes one JSON value into v; a key that v does not have is an error.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
