import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

// In development the page comes from Vite and the data from the running platform: the gateway where there is one, else the cockpit alone.
const backend =
  process.env.services__gateway__http__0 ?? process.env.services__cockpit__http__0 ?? 'http://127.0.0.1:8080'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [vue()],
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
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], testTimeout: 30_000 }
})
