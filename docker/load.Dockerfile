# The image for load: `cutover bench …` by `docker run`, a shard's program in a pod, and the simulated engine.
# `npm run load-image` lays out `files` (src/runtimes/docker/image/load-image.ts) and builds it; without a registry, on nothing but this
# machine's own libraries, or with --pinned-base on this:
ARG BASE=gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f
FROM ${BASE}
# Node, and below it what it loads where the base is `scratch`. Far larger than the program, and changes seldom.
COPY node /
COPY --chown=65532:65532 app /app
ENV PATH=/usr/local/bin HOME=/tmp NODE_ENV=production
# A number, so that a cluster that refuses root need not look it up. Any other does as well: nothing is written but to /tmp, and to
# /app/reports where a folder is mounted there.
USER 65532:65532
WORKDIR /app
# As npm run bench has it. A pod runs `node /app/shard.mjs` instead.
ENTRYPOINT ["node", "--max-semi-space-size=2", "--single-threaded-gc", "--heap-growing-percent=150", "/app/dist/cli.mjs"]
