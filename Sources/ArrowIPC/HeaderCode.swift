/// The members of the union `MessageHeader` in `Message.fbs`.
enum HeaderCode: UInt8 {
  case schema = 1
  case dictionaryBatch
  case recordBatch
  case tensor
  case sparseTensor
}
