# Stands in for the public Go image: Debian, and the Go toolchain of the version in the tag.
FROM foobar/base:local
COPY . /usr/local/go
ENV GOPATH=/go GOTOOLCHAIN=local
ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /go
