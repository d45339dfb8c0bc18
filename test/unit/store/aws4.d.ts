// The part of aws4 (which has no types) that the signer's test uses as its oracle.
declare module 'aws4' {
  interface Signable {
    host: string;
    method: string;
    path: string;
    service: string;
    region: string;
    body: string;
    headers: Record<string, string>;
  }
  const aws4: {
    sign(
      request: Signable,
      credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
    ): { headers: Record<string, string> };
  };
  export default aws4;
}
