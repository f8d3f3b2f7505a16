# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY scripts ./scripts
COPY src ./src
COPY devices ./devices
RUN npm run console:build

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg espeak-ng tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
COPY --from=console /app/src/console/dist ./src/console/dist
COPY scripts ./scripts
COPY media/profiles ./media/profiles
COPY media/cover.jpg ./media/
COPY schedules ./schedules
COPY devices ./devices
RUN mkdir -p /var/lib/cuncunxiang/data /var/lib/cuncunxiang/media \
 && chown -R node:node /var/lib/cuncunxiang
USER node
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    MQTT_HOST=0.0.0.0 \
    DATA_DIR=/var/lib/cuncunxiang/data \
    MEDIA_DIR=/var/lib/cuncunxiang/media
VOLUME ["/var/lib/cuncunxiang/data", "/var/lib/cuncunxiang/media"]
EXPOSE 3000 1883 8883
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "src/main.ts"]
