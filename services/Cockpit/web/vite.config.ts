import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

// In development the page comes from Vite and the data from the running platform: the gateway where there is one, else the cockpit alone.
const backend =
  process.env.services__gateway__http__0 ?? process.env.services__cockpit__http__0 ?? 'http://127.0.0.1:8080'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Lays beside each text file what a browser is sent in its place: smaller than anything that could be packed while it waits. */
const packed = {
  name: 'packed',
  apply: 'build' as const,
  closeBundle() {
    const site = here('../wwwroot')
    for (const name of readdirSync(site, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(js|css|svg|geojson)$/.test(name)) continue
      const file = join(site, name)
      const plain = readFileSync(file)
      const small = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } })
      if (small.length < plain.length) writeFileSync(`${file}.br`, small)
    }
  }
}

export default defineConfig({
  plugins: [vue(), packed],
  resolve: { alias: { '@': here('./src') } },
  build: {
    outDir: '../wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    // Small pictures must stay files: the page's policy allows no inline resources but pictures.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900
  },
  server: {
    port: process.env.PORT ? Number(process.env.PORT) : 5173,
    proxy: { '/api': { target: backend, changeOrigin: false } }
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 }
})
