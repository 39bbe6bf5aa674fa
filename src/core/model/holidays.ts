/**
 * Days off in China, on which DeepSeek bills no peak hours. The working days that are moved to a weekend in return stay
 * off-peak: DeepSeek names Monday to Friday.
 *
 * Source: the State Council's notice of 2025-11-04, https://www.gov.cn/zhengce/content/202511/content_7047090.htm.
 * The one for 2027 was not published yet on 2026-11-26.
 */
const periods: readonly (readonly [first: string, last: string])[] = [
  ['2026-01-01', '2026-01-03'],
  ['2026-02-15', '2026-02-23'],
  ['2026-04-04', '2026-04-06'],
  ['2026-05-01', '2026-05-05'],
  ['2026-06-19', '2026-06-21'],
  ['2026-09-25', '2026-09-27'],
  ['2026-10-01', '2026-10-07'],
];

/** The last day that the list speaks of. Later days count as working days, so that a shown price is never too low. */
export const holidaysKnownUntil = '2026-12-31';

/** @param day `YYYY-MM-DD`, a day in China. */
export function isChineseHoliday(day: string): boolean {
  return periods.some(([first, last]) => first <= day && day <= last);
}
