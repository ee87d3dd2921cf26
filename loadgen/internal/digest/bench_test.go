package digest

import "testing"

// BenchmarkAuthorization is what answering beforehand costs a request.
func BenchmarkAuthorization(b *testing.B) {
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		b.Run(algorithm, func(b *testing.B) {
			s := NewSession(Challenge{Realm: "realm", Nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", Algorithm: algorithm, QOP: []string{"auth"}, Opaque: "o"}, Credentials{"ann", "pw"})
			b.ReportAllocs()
			for b.Loop() {
				s.Authorization("GET", "/orders/7")
			}
		})
	}
}
