import { texts } from './texts'

export { defineTexts, fill, say, type KeyOf, type Pair, type Values } from './define'
export { isChinese, locale, nameOf, setLocale, type Locale } from './locale'
export { medicineInFull, medicineOf } from './medicine'

/** What every page may say; a folder's own texts stand in its `texts.ts`. */
export const { t, has, at } = texts
