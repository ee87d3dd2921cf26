# Stands in for grafana/tempo: a Tempo that somebody built, laid out as in the image.
FROM foobar/base:local AS layout
RUN mkdir /data

FROM scratch
COPY tempo /tempo
COPY --from=layout --chown=10001:10001 /data /var/tempo
USER 10001:10001
ENTRYPOINT ["/tempo"]
