# Stands in for prom/prometheus: the distribution's programs where the image has them.
FROM foobar/base:local
COPY usr/bin/prometheus usr/bin/promtool /bin/
RUN mkdir /prometheus && chown 65534:65534 /prometheus
USER 65534:65534
VOLUME /prometheus
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]
