import { createApp } from 'vue'
import App from './App.vue'
import { locale, setLocale } from './i18n'
import './styles.css'
import { applyTheme } from './theme'

setLocale(locale.value)
applyTheme()
createApp(App).mount('#app')
