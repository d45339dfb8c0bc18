// Makes a thumbnail of every picture put under uploads/.
export const handler = async (event: unknown): Promise<void> => {
  console.log(JSON.stringify(event));
};
