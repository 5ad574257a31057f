import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    // So that Vue does not look for a component of that name.
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'coscribe-editor' } } }),
  ],
});
