# NOT Tempo: our Collector, which writes every span it gets to a file.
FROM foobar/base:local AS layout
RUN mkdir /data

FROM foobar/otel-collector:local
COPY --from=layout --chown=10001:10001 /data /var/tempo
COPY sink.yaml /etc/sink.yaml
LABEL org.opencontainers.image.title="stand-in for Tempo, not Tempo"
CMD ["--config=/etc/sink.yaml"]
