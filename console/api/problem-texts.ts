// What the page says of a problem in the viewer's language; the API's own words, in English, stand below it.
import { language, texts } from '../text/language.ts';
import { ApiError } from './problem.ts';

/** By the problem's code, or by its status, or by what it comes to. */
export const problemTexts = texts(
  {
    UNREACHABLE: 'The API cannot be reached.',
    NO_ANSWER: 'No answer within 20 s.',
    BROKEN_ANSWER: 'The answer broke off half-way.',
    FOUR_EYES: 'Somebody else has to approve it.',
    OUT_OF_SCOPE: 'This key is not for this service.',
    STORE_UNAVAILABLE: 'The table does not answer.',
    'status.403': 'This key or role may not do this.',
    'status.404': 'There is no such thing.',
    'status.409': 'This cannot be done as things stand.',
    'status.429': 'Too many requests: try again in a moment.',
    'status.500': 'The API has failed.',
    changed: 'Somebody has changed it meanwhile.',
    refused: 'The API does not take this.',
    unable: 'The API cannot do this at the moment.',
  },
  {
    UNREACHABLE: '无法连接 API。',
    NO_ANSWER: '20 秒内没有响应。',
    BROKEN_ANSWER: '响应中途断开。',
    FOUR_EYES: '须由他人审批。',
    OUT_OF_SCOPE: '此密钥不适用于该服务。',
    STORE_UNAVAILABLE: '数据表没有响应。',
    'status.403': '此密钥或角色无权执行此操作。',
    'status.404': '找不到请求的内容。',
    'status.409': '当前状态下无法执行此操作。',
    'status.429': '请求过多，请稍后重试。',
    'status.500': 'API 内部出错。',
    changed: '内容已被他人更改。',
    refused: 'API 未接受提交的内容。',
    unable: 'API 暂时无法处理。',
  },
);

type Key = keyof typeof problemTexts.en;
const isKey = (key: string): key is Key => Object.hasOwn(problemTexts.en, key);

/** Which of them a problem is; codes that are not known go by what they have in common. */
export function problemKey({ status, code }: Pick<ApiError, 'status' | 'code'>): Key {
  if (isKey(code)) return code;
  if (status === 412 || /_(?:CHANGED|MEANWHILE)$/.test(code)) return 'changed';
  const ofStatus = `status.${String(status)}`;
  return isKey(ofStatus) ? ofStatus : status < 500 ? 'refused' : 'unable';
}

/** The page's own sentence. */
export const sentenceOf = (error: Pick<ApiError, 'status' | 'code'>): string =>
  problemTexts[language()][problemKey(error)];

/** What the page finds by itself: there are no words of the API's. */
export const ownProblem = (status: number, code: string): ApiError =>
  new ApiError(status, code, sentenceOf({ status, code }));
