package openapi

// api is what is taken of a description. A part that is not there is nil or empty; references are followed.
type api struct {
	servers    []string // their URLs, with the defaults of their variables
	operations []*operation
	security   []requirement
	schemes    map[string]*scheme
	webhooks   []string
}

// operation is one, with where it stands.
type operation struct {
	path, method string
	line         int
	id, summary  string
	deprecated   bool
	tags         []string
	servers      []string // its own, or its path's
	parameters   []*parameter
	content      map[string]*media // of the body, by media type
	responses    []string          // the statuses that are described
	security     []requirement
	secured      bool // security is its own, and not that of the whole
}

func (o *operation) String() string { return o.method + " " + o.path }

// requirement is one way to be let in: all these schemes together.
type requirement []string

// scheme is a way to say who asks.
type scheme struct{ kind, scheme, in, name string }

type parameter struct {
	name, in, style string
	required        bool
	explode         *bool
	example
	content map[string]*media
	schema  *schema
}

// media is a body in one of its forms.
type media struct {
	example
	schema *schema
}

// example is a value that the description gives.
type example struct {
	value any
	given bool
}

// schema describes a value; pointers to it may go round in a circle.
type schema struct {
	types, required                []string
	format, pattern                string
	contentMediaType, contentCoded string
	readOnly                       bool
	// given are the values that the schema names itself, the best first: examples, a constant, a default, those allowed.
	given                       []any
	properties                  map[string]*schema
	additional, items           *schema
	prefixItems                 []*schema
	allOf, oneOf, anyOf         []*schema
	minimum, maximum            *float64
	exclusiveMin, exclusiveMax  *float64
	multipleOf                  *float64
	minLength, maxLength, least *float64 // least is minItems
}
