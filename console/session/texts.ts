// What the page says to whoever is not signed in.
import { texts } from '../text/language.ts';

export const sessionTexts = texts(
  {
    title: 'Sign in to flyball',
    token: 'API key or token',
    tokenHint: 'Kept in this tab until it is closed, and sent in a header alone. npm start prints an admin token.',
    tokenMissing: 'Paste an API key or a token.',
    signIn: 'Sign in',
    signInWith: 'Sign in with {name}',
    'failed.stale': 'Signing in was begun in another tab, or too long ago: begin again.',
    'failed.refused': '{name} did not sign you in: {why}',
    'failed.unreachable': '{name} does not answer the browser: its token endpoint must let this page ask (CORS).',
    'failed.unusable': 'What {name} answered cannot be used: {why}',
    refused: 'Your session has ended: the API takes this key or token no longer. You come back to where you were.',
    left: 'You have signed out.',
    unknown: 'The API does not know this key or token.',
    checking: 'Checking…',
  },
  {
    title: '登录 flyball',
    token: 'API 密钥或令牌',
    tokenHint: '仅保存在此标签页中，关闭后失效，并且只在请求头中发送。npm start 会打印管理员令牌。',
    tokenMissing: '请粘贴 API 密钥或令牌。',
    signIn: '登录',
    signInWith: '使用 {name} 登录',
    'failed.stale': '登录是在其他标签页或很久以前开始的：请重新登录。',
    'failed.refused': '{name} 未能让您登录：{why}',
    'failed.unreachable': '{name} 没有响应浏览器：其令牌端点必须允许本页面访问（CORS）。',
    'failed.unusable': '{name} 的答复无法使用：{why}',
    refused: '会话已结束：API 不再接受此密钥或令牌。重新登录后将回到原处。',
    left: '您已退出登录。',
    unknown: 'API 不认识此密钥或令牌。',
    checking: '验证中…',
  },
);
