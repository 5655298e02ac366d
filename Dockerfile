# The image of a release: the static binary, git for the dates of changes, and a user without rights.
#
#   docker build -t playbill .                                        compiles
#   docker build -t playbill --build-arg FROM=release .               takes dist/playbill-linux-$TARGETARCH, as the release does
#   docker run --rm --user "$(id -u)" -v "$PWD:/work" playbill build -o site
#   docker run --rm -v "$PWD:/work" -p 3000:3000 playbill serve --host 0.0.0.0
ARG FROM=source

FROM rust:1.95-alpine AS source
RUN apk add --no-cache build-base
WORKDIR /source
COPY . .
RUN cargo build --locked --profile dist --features remote --bin playbill && mv target/dist/playbill /playbill

FROM scratch AS release
ARG TARGETARCH
COPY dist/playbill-linux-${TARGETARCH} /playbill

FROM ${FROM} AS program

FROM alpine:3.22
RUN apk add --no-cache git \
  && adduser -D -u 10001 playbill \
  # The folder that is mounted belongs to somebody else.
  && git config --system --add safe.directory '*'
COPY --from=program --chmod=755 /playbill /usr/local/bin/playbill
# Whoever runs it need not have a home.
ENV PLAYBILL_CACHE=/tmp/playbill
USER playbill
WORKDIR /work
EXPOSE 3000
ENTRYPOINT ["playbill"]
CMD ["--help"]
