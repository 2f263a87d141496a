/** Bytes of data in front of the footer: whatever a disk's size, its download is this short. */
const dataBytes = 1024 * 1024;
const footerBytes = 512;

/**
 * A small fixed VHD, whole and valid: data, then the footer ("Virtual Hard Disk Image Format Specification", 2006).
 * The first sector says what it stands for; the rest is zero, as no disk of the sandbox has content.
 */
export function smallVhd(text: string, uniqueId: string): Uint8Array<ArrayBuffer> {
  const image = Buffer.alloc(dataBytes + footerBytes);
  image.write(text, 0, 512, 'utf8');
  footer(uniqueId).copy(image, dataBytes);
  return image;
}

function footer(uniqueId: string): Buffer {
  const bytes = Buffer.alloc(footerBytes);
  bytes.write('conectix', 0, 'latin1');
  bytes.writeUInt32BE(2, 8); // features: reserved, always set
  bytes.writeUInt32BE(0x0001_0000, 12); // file format version
  bytes.writeBigUInt64BE(0xffff_ffff_ffff_ffffn, 16); // no dynamic header
  bytes.write('nwsb', 28, 'latin1'); // creator
  bytes.writeUInt32BE(0x0001_0000, 32);
  bytes.write('Wi2k', 36, 'latin1');
  bytes.writeBigUInt64BE(BigInt(dataBytes), 40);
  bytes.writeBigUInt64BE(BigInt(dataBytes), 48);
  bytes.writeUInt16BE(dataBytes / 512 / (4 * 17) + 0.5, 56); // cylinders, 4 heads, 17 sectors
  bytes.writeUInt8(4, 58);
  bytes.writeUInt8(17, 59);
  bytes.writeUInt32BE(2, 60); // fixed
  Buffer.from(uniqueId.replaceAll('-', ''), 'hex').copy(bytes, 68);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.writeUInt32BE(~sum >>> 0, 64);
  return bytes;
}
