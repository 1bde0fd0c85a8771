import { createApp } from 'vue'
import App from './App.vue'
import { locale, setLocale } from './i18n'
import { router } from './shell/router'
import './styles/base.css'
import './styles/shell.css'
import './styles/blocks.css'
import './styles/data.css'
import './styles/pages.css'
import { applyTheme } from './theme'

setLocale(locale.value)
applyTheme()
createApp(App).use(router).mount('#app')
