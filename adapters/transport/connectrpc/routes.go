package connectrpc

import (
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
)

// options are those of every procedure.
func (s *Server) options() []connect.HandlerOption {
	return []connect.HandlerOption{
		connect.WithInterceptors(connect.UnaryInterceptorFunc(s.intercept)),
		connect.WithCodec(codec{name: "proto", unmarshal: unmarshalProto, marshal: marshalProto, why: whyNotProto}),
		connect.WithCodec(codec{name: "json", unmarshal: unmarshalJSON, marshal: marshalJSON, why: whyNotJSON}),
		// Nothing is decompressed, so that a small request is never a large one, and nothing is
		// compressed, so that the length of an answer says nothing of the tokens in it.
		connect.WithCompression("gzip", nil, nil),
	}
}

// routes returns what answers each procedure there is, by its path. Everything else is no
// route of ours: the handlers that are generated would answer it in plain text.
func (s *Server) routes(options []connect.HandlerOption) map[string]http.Handler {
	_, authentication := sallyportv1connect.NewAuthServiceHandler(authService{s}, options...)
	_, people := sallyportv1connect.NewUserServiceHandler(userService{s}, options...)
	_, secondFactor := sallyportv1connect.NewSecondFactorServiceHandler(secondFactorService{s}, options...)
	_, joining := sallyportv1connect.NewJoiningServiceHandler(joiningService{s}, options...)
	_, rights := sallyportv1connect.NewRightsServiceHandler(rightsService{s}, options...)
	routes := map[string]http.Handler{}
	add := func(file protoreflect.FileDescriptor, service protoreflect.Name, handler http.Handler) {
		described := file.Services().ByName(service)
		for i := range described.Methods().Len() {
			routes["/"+string(described.FullName())+"/"+string(described.Methods().Get(i).Name())] = handler
		}
	}
	add(sallyportv1.File_sallyport_v1_auth_proto, "AuthService", authentication)
	add(sallyportv1.File_sallyport_v1_users_proto, "UserService", people)
	add(sallyportv1.File_sallyport_v1_second_factor_proto, "SecondFactorService", secondFactor)
	add(sallyportv1.File_sallyport_v1_joining_proto, "JoiningService", joining)
	add(sallyportv1.File_sallyport_v1_rights_proto, "RightsService", rights)
	return routes
}
