FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
COPY reception/package.json reception/
COPY server/package.json server/
COPY web/package.json web/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

# Only what the server itself needs at run time.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
COPY reception/package.json reception/
COPY server/package.json server/
COPY web/package.json web/
RUN npm ci --no-audit --no-fund --omit=dev --workspace server

FROM node:24-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /build/sdk/package.json /build/sdk/LICENSE sdk/
COPY --from=build /build/sdk/dist sdk/dist
COPY --from=build /build/reception/package.json /build/reception/LICENSE /build/reception/clinic.json reception/
COPY --from=build /build/reception/bin reception/bin
COPY --from=build /build/reception/dist reception/dist
COPY --from=build /build/reception/public reception/public
COPY --from=build /build/server/package.json /build/server/LICENSE server/
COPY --from=build /build/server/bin server/bin
COPY --from=build /build/server/dist server/dist
COPY --from=build /build/server/public server/public
# Reception is a program of its own, too: `--entrypoint qrgate-reception`, with a volume of its own.
RUN ln -s /app/server/bin/qrgate.js /usr/local/bin/qrgate \
  && ln -s /app/reception/bin/qrgate-reception.js /usr/local/bin/qrgate-reception \
  && install -d -o node -g node -m 700 /data
ENV NODE_ENV=production QRGATE_DATA_DIR=/data RECEPTION_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["qrgate"]
CMD ["serve"]
