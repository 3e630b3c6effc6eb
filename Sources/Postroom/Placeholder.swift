enum PostroomPlaceholder {}
