# Builds the package from this checkout and installs it as docs/operating.md does on a server.
FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY LICENSE tsconfig.base.json vite.config.ts vite.embed.config.ts ./
COPY protocol protocol
COPY server server
COPY web web
COPY scripts scripts
RUN npm pack
RUN npm install --omit=dev --no-audit --no-fund --prefix /opt/coscribe ./coscribe-*.tgz

FROM node:22-bookworm-slim
COPY --from=build /opt/coscribe /opt/coscribe
# Volumes take their owner from these folders when they are first used.
RUN install -d -o node -g node -m 700 /var/lib/coscribe /var/backups/coscribe
ENV PATH=/opt/coscribe/node_modules/.bin:$PATH
ENV COSCRIBE_HOST=0.0.0.0
ENV COSCRIBE_DATA=/var/lib/coscribe
USER node
VOLUME /var/lib/coscribe
EXPOSE 1234
STOPSIGNAL SIGTERM
# A large database is verified before the server listens.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:1234/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["coscribe"]
CMD ["serve"]
