# One build, an image for each service and one for martctl: docker build --target catalog|permits|consignment|settlement|martctl .

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends librabbitmq-dev libsqlite3-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Shared Shared
COPY Services Services
COPY Tools Tools
# Not built, but Package.swift names their folders.
COPY Tests Tests
# The folder of results outlives the image's layers, so that the next build compiles what has changed.
RUN --mount=type=cache,target=/source/.build \
    for product in catalog permits consignment settlement martctl; do \
        swift build --configuration release --static-swift-stdlib --product "$product" || exit 1; \
        install -D --strip ".build/release/$product" "/programs/$product"; \
    done

FROM debian:bookworm-slim AS runtime
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates librabbitmq4 libsqlite3-0 libssl3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin mart \
    && install --directory --owner=mart --group=mart /data
USER mart
WORKDIR /data
VOLUME /data

FROM runtime AS service
ENV DATA_DIR=/data HTTP_HOST=0.0.0.0
STOPSIGNAL SIGTERM

FROM service AS catalog
COPY --from=build /programs/catalog /usr/local/bin/
ENV HTTP_PORT=8101
EXPOSE 8101
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["catalog", "--health"]
ENTRYPOINT ["catalog"]

FROM service AS permits
COPY --from=build /programs/permits /usr/local/bin/
ENV HTTP_PORT=8102
EXPOSE 8102
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["permits", "--health"]
ENTRYPOINT ["permits"]

FROM service AS consignment
COPY --from=build /programs/consignment /usr/local/bin/
ENV HTTP_PORT=8103
EXPOSE 8103
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["consignment", "--health"]
ENTRYPOINT ["consignment"]

FROM service AS settlement
COPY --from=build /programs/settlement /usr/local/bin/
ENV HTTP_PORT=8104
EXPOSE 8104
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["settlement", "--health"]
ENTRYPOINT ["settlement"]

FROM runtime AS martctl
COPY --from=build /programs/martctl /usr/local/bin/
# Recordings of `martctl demo` go there.
RUN mkdir -p var/demo
ENTRYPOINT ["martctl"]

# Passwords and permissions of docker-compose.secured.yml
FROM debian:bookworm-slim AS keys
COPY deploy/make-keys /usr/local/bin/
COPY docs/topology.json /
ENTRYPOINT ["make-keys"]
