# The server and all that it loads; nothing is downloaded when it starts. Builds for amd64 and arm64 with any builder:
#   docker build -t lakehouse .
# Other names for the base images, as for a mirror:
#   docker build --build-arg BUILDER=mirror.example.com/swift:6.3-bookworm --build-arg RUNTIME=… .
ARG BUILDER=swift:6.3-bookworm
ARG RUNTIME=debian:bookworm-slim

# hadolint ignore=DL3006
FROM ${BUILDER} AS build
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    ca-certificates libcurl4 libpq5 libssl3 libxml2 python3-venv zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY scripts/setup scripts/setup
COPY scripts/duckdb scripts/duckdb
RUN scripts/setup
COPY Package.swift LICENSE NOTICE ./
COPY scripts/install scripts/install
COPY Sources Sources
COPY Tests Tests
# A container's catalog is a DuckDB file or in PostgreSQL; SQLite's extension would take the image past its size.
RUN scripts/install /opt/lakehouse \
  && rm /opt/lakehouse/extensions/*/*/sqlite_scanner.duckdb_extension

# hadolint ignore=DL3006
FROM ${RUNTIME}
# The authorities without the tools that keep them: those would weigh more. DuckDB's storage clients look for them where
# Red Hat has them.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
RUN mkdir -p /etc/pki/tls/certs \
  && ln -s /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
  && groupadd --system --gid 65532 lakehouse \
  && useradd --system --uid 65532 --gid 65532 --no-create-home --home-dir /data --shell /usr/sbin/nologin lakehouse \
  && install -d -o 65532 -g 65532 -m 0750 /data
COPY --from=build /opt/lakehouse /opt/lakehouse
# For whoever lists an image's parts: the Swift packages that are linked in.
COPY --from=build /src/Package.resolved /opt/lakehouse/

# A lake in the volume, until variables name another. With a password the server listens on all addresses; without one
# on the container's own loopback, where only the health checks are in reach.
ENV PATH=/opt/lakehouse/bin:$PATH \
  LAKEHOUSE_DUCKLAKE_DATA_PATH=/data/lake/ \
  LAKEHOUSE_HEALTH_HOST=0.0.0.0
USER 65532:65532
WORKDIR /data
VOLUME /data
# Flight SQL; health by gRPC; /livez and /readyz by HTTP.
EXPOSE 31337 8081 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["lakehouse"]
CMD ["serve"]

ARG VERSION=0.1.0
ARG REVISION=
ARG CREATED=
LABEL org.opencontainers.image.title="Lakehouse" \
  org.opencontainers.image.description="Arrow Flight SQL over DuckDB and DuckLake" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"
