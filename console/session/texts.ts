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
    or: 'or',
    refused: 'Your session has ended: the API takes this key or token no longer. You come back to where you were.',
    left: 'You have signed out.',
    unknown: 'The API does not know this key or token.',
    unreachable: 'The API cannot be reached: {why}',
    checking: 'Checking…',
  },
  {
    title: '登录 flyball',
    token: 'API 密钥或令牌',
    tokenHint: '仅保存在此标签页中，关闭后失效，并且只在请求头中发送。npm start 会打印管理员令牌。',
    tokenMissing: '请粘贴 API 密钥或令牌。',
    signIn: '登录',
    signInWith: '使用 {name} 登录',
    or: '或',
    refused: '会话已结束：API 不再接受此密钥或令牌。重新登录后将回到原处。',
    left: '您已退出登录。',
    unknown: 'API 不认识此密钥或令牌。',
    unreachable: '无法连接 API：{why}',
    checking: '检查中…',
  },
);
