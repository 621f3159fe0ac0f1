import NIOHTTP1

/// Storage, identities and administration behind one address.
struct Cloud {
  let admin: AdminService
  let identity: IdentityService
  let storage: StorageService

  func answer(_ request: Request) -> Answer {
    if request.path.hasPrefix(AdminService.prefix) {
      return Answer(response: (try? self.admin.answer(request)) ?? Response(.badRequest))
    }
    let fault = self.admin.faults.next(for: request)
    let answer = fault?.disturb(request, self.respond) ?? Answer(response: self.respond(request))
    self.admin.log.add(request, answer, isDisturbed: fault != nil)
    return answer
  }

  private func respond(_ request: Request) -> Response {
    do {
      return try self.identity.answer(request) ?? self.storage.answer(request)
    } catch {
      return Response(.internalServerError)
    }
  }
}
