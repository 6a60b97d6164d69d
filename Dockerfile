# syntax=docker/dockerfile:1

# The bot alone: the image that runs has no shell, no package manager and no compiler.
#
#   docker build --tag scanprogress:0.1.0 .
#   docker run --read-only --tmpfs /tmp --volume scanprogress:/data --env-file .env scanprogress:0.1.0 doctor
#
# What stands behind its name is a command of scanprogress; without one it runs the bot.

# By digest, so that a build next year has the bytes of this one; .github/dependabot.yml moves both on.
FROM node:24-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS build
WORKDIR /app
# No scripts of packages: the one that needs a binary ships it. The bundler's is among the optional ones.
COPY package.json package-lock.json .npmrc ./
COPY .config/checkout/package.json .config/checkout/
RUN npm ci --ignore-scripts
COPY .ci/build.ts .ci/
COPY src src
RUN npm run build && npm prune --ignore-scripts --omit=dev --omit=optional
# SQLite's sources, and its binaries for other systems.
RUN cd node_modules/better-sqlite3 && rm -r deps src prebuilds/darwin-* prebuilds/win32-* prebuilds/linuxmusl-*
RUN mkdir /data

FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:fbbdda866ea71aef98c4abece17e3d61fbf820cc2ef3961522caa2478716171a
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY migrations migrations
# What the doctor compares the scopes of the app with.
COPY manifest.yml ./
COPY package.json ./
# A new volume takes its owner from here: the process may write there, and nowhere else.
COPY --from=build --chown=65532:65532 --chmod=0700 /data /data
VOLUME /data
# Probes come from outside of the container. Publish the port only where they, or Slack, need it.
ENV DATABASE_URL=sqlite:/data/scanprogress.db PORT=3000 HEALTH_HOST=0.0.0.0
EXPOSE 3000
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/nodejs/bin/node", "--eval", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node", "dist/cli/cli.js"]
